/** What nobody sees and a model reads: everything that fonts may ignore (fillers, joiners, tags), and annotations. */
export const hiddenPattern = /[\p{DI}\ufff9-\ufffb]/gv;

/** A line of text that somebody else wrote, as it may be stored and shown: plain, in one line, and not too long. */
export function plainLine(text: string, charsMax: number): string {
  const plain = text
    // Twice as much leaves room for what is dropped; who writes more than that is not read.
    .slice(0, 2 * charsMax)
    .replace(hiddenPattern, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  const cut = plain.length <= charsMax ? plain : `${plain.slice(0, charsMax - 1).replace(/[\ud800-\udbff]$/, '')}…`;
  return cut.toWellFormed();
}
