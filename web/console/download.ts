/** Save a JSON document as a file. The link is made for the moment: the bearer cannot stand in an address. */
export function saveJson(name: string, content: unknown): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(content, null, 2)}\n`], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read by the next turn; a revoked address would cancel the download before that.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
