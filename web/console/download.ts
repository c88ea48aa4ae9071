import { saveFile } from '../shared/save-file.ts';

/** Save a JSON document as a file. */
export function saveJson(name: string, content: unknown): void {
  saveFile(name, 'application/json', `${JSON.stringify(content, null, 2)}\n`);
}
