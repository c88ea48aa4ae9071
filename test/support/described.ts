import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const ID = 'https://viva.example/document';

/** What validates a value by the schema at a JSON pointer into a document; the answer is what is wrong. */
export function validatorOf(document: object) {
  // The document around its schemas is in no vocabulary of JSON Schema.
  const ajv = new Ajv2020({ strictSchema: 'log', logger: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, ID);
  return (pointer: string, value: unknown): string[] => {
    const validate = ajv.compile({ $ref: `${ID}#${encodeURI(pointer)}` });
    return validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  };
}

/** A JSON pointer through keys as they are. */
export function toPointer(...keys: string[]): string {
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
