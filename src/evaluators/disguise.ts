// What is written so that a person reads something else than a program does.

const wordPattern = /\p{L}{2,40}/gu;
/** Greek letters stand in formulas, so only those count that look like a Latin one, and inside a word. */
const greekPattern = /\p{sc=Latin}{2}[οΟΑΒΕΖΗΙΚΜΝΡΤΥΧνρυ]|[οΟΑΒΕΖΗΙΚΜΝΡΤΥΧνρυ]\p{sc=Latin}{2}/u;

/** Are letters of other scripts put into Latin words, where they look the same? */
export function hasMixedScript(text: string): boolean {
  if (!/[\p{sc=Cyrillic}\p{sc=Greek}]/u.test(text)) return false;
  return (text.match(wordPattern) ?? []).some(
    (word) => (/\p{sc=Cyrillic}/u.test(word) && /\p{sc=Latin}/u.test(word)) || greekPattern.test(word),
  );
}

const escapesPattern = /(?:%[0-9a-f]{2}){8}|(?:\\u[0-9a-f]{4}){5}|(?:\\x[0-9a-f]{2}){8}|(?:&#x?[0-9a-f]{2,6};){5}/i;
const base64Pattern = /[A-Za-z0-9+/_-]{24,4000}={0,2}/g;
const hexPattern = /(?:[0-9a-f]{2} ?){16,2000}/gi;
/** So much of what was decoded must be plain text; a hash or a key is not. */
const PLAIN_SHARE_MIN = 0.95;

/** Does a text carry another text in Base64, hexadecimal or escapes? */
export function hasEncodedText(text: string): boolean {
  if (escapesPattern.test(text)) return true;
  for (const [run] of text.matchAll(hexPattern)) if (isPlain(Buffer.from(run.replaceAll(' ', ''), 'hex'))) return true;
  for (const [run] of text.matchAll(base64Pattern)) {
    if (/[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run) && isPlain(Buffer.from(run, 'base64'))) return true;
  }
  return false;
}

function isPlain(bytes: Buffer): boolean {
  const plain = bytes.filter((byte) => (byte >= 32 && byte < 127) || byte === 10);
  return bytes.length >= 12 && plain.length / bytes.length >= PLAIN_SHARE_MIN && /[ \w]{6}/.test(plain.toString());
}
