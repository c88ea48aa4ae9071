import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { deriveKey } from './tokens.ts';

const PURPOSE = 'viva:letter';
const CIPHER = 'aes-256-gcm';
/** Units: bytes. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const OPENED_BYTES_MAX = 64 * 1024;

/** What nodes with the same secret write to each other where others may listen, or write. */
export interface Letters {
  seal(content: object): string;
  /** Null = whoever wrote it does not have the secret. */
  open(letter: string): unknown;
}

/**
 * Create the letters of nodes with one secret: encrypted, for they carry what people wrote, and authenticated; the tag
 * is compared in constant time.
 */
export function createLetters(secret: string): Letters {
  const key = deriveKey(secret, PURPOSE);
  return {
    seal(content) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
      const sealed = [cipher.update(deflateRawSync(JSON.stringify(content))), cipher.final()];
      return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]).toString('base64url');
    },
    open(letter) {
      try {
        const bytes = Buffer.from(letter, 'base64url');
        const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        const packed = [decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
        return JSON.parse(inflateRawSync(Buffer.concat(packed), { maxOutputLength: OPENED_BYTES_MAX }).toString());
      } catch {
        return null;
      }
    },
  };
}
