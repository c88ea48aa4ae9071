const english = `
a an the this that these those some any such
i me my mine we us our ours you your yours he him his she her hers it its they them their theirs
who whom whose which what when where why how whether
am is are was were be been being do does did done doing have has had having
can could may might must shall should will would
and or but so if then else than as because while until unless although though
of in on at to from by with for about into onto upon over under between through during out off up down per via
here there also just very too quite rather really even still yet already
im ive id ill youre youve youd youll hes shes its were weve theyre theyve thats theres whats lets
etc eg ie e.g i.e like thing things something
`;

/** English words that carry grammar, not content. Negations are content: they change what is said. */
export const functionWords: ReadonlySet<string> = new Set(english.trim().split(/\s+/));

const common = `
same other another different similar various certain way ways time times once twice first second third last next new old good better best
bad big small large little long short high low many much more most few less least all each every both one two three only own
make makes made take takes took give gives given get gets got go goes going went come comes came put puts use uses used using
work works working need needs want wants know knows think say says said see look find keep keeps leave leaves left call called
ask asks try happen happens become becomes turn start starts stop end ends day people person part place case kind lot bit example
important possible able back after before again always often now well
`;

/** English words with so little content that finding one says little. */
export const commonWords: ReadonlySet<string> = new Set(common.trim().split(/\s+/));

/** The stem of every word below: `isn't` says what `is not` says. */
export const NEGATION = 'not';

const negated = `not nor cannot
dont doesnt didnt isnt arent wasnt werent wont wouldnt cant couldnt shouldnt mustnt neednt hasnt havent hadnt aint
`;

/** English words that say `not`, alone or at the end of another word. */
export const negations: ReadonlySet<string> = new Set(negated.trim().split(/\s+/));

const foreign = `
der die das den dem des ein eine einen einem einer und oder aber nicht ist sind wird werden auf mit für von zu zur zum sich auch wenn
le la les un une des du et est sont dans pour que qui avec ne pas sur par ce cette elle il ou mais
el los las una y es son en para con por se su del al como pero cuando
lo gli uno di che non è sono per nel della delle con più quando
os as um uma e é são em para com não por se do da dos das quando
het een de en van niet zijn wordt met voor op dat als ook maar
`;

/** Words that carry grammar in German, French, Spanish, Italian, Portuguese or Dutch and are not English ones. */
export const foreignFunctionWords: ReadonlySet<string> = new Set(
  foreign
    .trim()
    .split(/\s+/)
    .filter((word) => !functionWords.has(word)),
);

/** The share (0..1) of function words from which a text reads as English prose. Prose has 0.3 to 0.5. */
export const PROSE_SHARE_MIN = 0.15;
