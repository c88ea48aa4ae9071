declare module 'wink-porter2-stemmer' {
  /** Porter 2 stem of an English word. Returns a function, not a string, for names on Object.prototype. */
  export default function stem(word: string): unknown;
}
