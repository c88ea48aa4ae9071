/** Save a text as a file. The link is made for the moment: what it holds needs a credential and cannot have an address. */
export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read by the next turn; a revoked address would cancel the download before that.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
