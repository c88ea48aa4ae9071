// Records are of few forms: objects with the same names in the same order, again and again. What canonical JSON needs
// of such an object besides its values is worked out once, because sorting and quoting names cost more than the rest.

/** How objects with certain names are written. The lists belong together, place by place. */
interface Form {
  /** Sorted by UTF-16 code unit. */
  readonly names: readonly string[];
  /** What stands before a value that is the first of its object: `{"name":`. */
  readonly openings: readonly string[];
  /** What stands before a later one: `,"name":`. */
  readonly followings: readonly string[];
}

/** Where one is after some names of an object, in the order in which it has them. */
interface Stop {
  form: Form | null;
  readonly nextByName: Map<string, Stop>;
}

/** What is kept is forgotten when its names have so many characters: names may be ids, of which there is no end. */
const CHARS_MAX = 50_000;

const start: Stop = { form: null, nextByName: new Map() };
let charCount = 0;

function addStop(from: Stop, name: string): Stop {
  charCount += name.length;
  if (charCount > CHARS_MAX) {
    start.nextByName.clear();
    charCount = 0;
  }
  const added: Stop = { form: null, nextByName: new Map() };
  from.nextByName.set(name, added);
  return added;
}

function makeForm(unsorted: readonly string[]): Form {
  const names = unsorted.toSorted();
  const quoted = names.map((name) => JSON.stringify(name));
  return { names, openings: quoted.map((name) => `{${name}:`), followings: quoted.map((name) => `,${name}:`) };
}

/** The form of an object, by its own names. */
export function formOf(value: object): Form {
  const names = Object.keys(value);
  let stop = start;
  for (const name of names) stop = stop.nextByName.get(name) ?? addStop(stop, name);
  stop.form ??= makeForm(names);
  return stop.form;
}
