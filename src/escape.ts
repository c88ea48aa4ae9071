const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** A text for HTML or XML, in an element or in a quoted attribute. */
export function escapeMarkup(text: string): string {
  // XML 1.0 has no place for most control characters, escaped or not.
  const clean = [...text].filter((char) => char >= ' ' || char === '\n' || char === '\t').join('');
  return clean.replace(/[&<>"']/g, (char) => entities[char] ?? '');
}
