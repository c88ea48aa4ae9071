// A form that is a word of its own as well (bit, bound, left, rose, spoke) is not here: its other forms would be lost.

const irregular = `
arise arose arisen; beat beaten; begin began begun; bend bent; bite bitten; bleed bled; blow blew blown; break broke broken
bring brought; build built; burn burnt; buy bought; catch caught; choose chose chosen; come came; deal dealt; dig dug; draw drew drawn
drink drank drunk; drive drove driven; eat ate eaten; fall fell fallen; feed fed; feel felt; fight fought; flee fled; fly flew flown
forbid forbade forbidden; forget forgot forgotten; freeze froze frozen; get got gotten; give gave given; go went gone; grow grew grown
hang hung; hear heard; hide hid hidden; hold held; keep kept; know knew known; learn learnt; lend lent; lose lost; make made; mean meant
meet met; mislead misled; override overrode overridden; overwrite overwrote overwritten; pay paid; prove proven; rebuild rebuilt
rewrite rewrote rewritten; ride rode ridden; rise risen; run ran; see seen; seek sought; sell sold; send sent; shake shook shaken
show shown; shrink shrank shrunk; sink sank sunk; sit sat; sleep slept; slide slid; speak spoken; spend spent; spin spun; stand stood
steal stole stolen; stick stuck; strike struck; sweep swept; swell swollen; swim swam swum; swing swung; take took taken; teach taught
tear tore torn; tell told; throw threw thrown; undergo underwent undergone; understand understood; undo undid undone; wake woke woken
wear wore worn; win won; withdraw withdrew withdrawn; write wrote written
child children; man men; woman women; foot feet; tooth teeth; mouse mice; knife knives; halve half; leave leaf; live life; shelve shelf
index indices; vertex vertices; matrix matrices; analysis analyses; crisis crises; hypothesis hypotheses; parenthesis parentheses
data datum; media medium; bacteria bacterium; criteria criterion; phenomena phenomenon; nucleus nuclei; appendix appendices
0 zero zeros zeroes; 1 one ones; 2 two; 3 three; 4 four; 5 five; 6 six; 7 seven; 8 eight; 9 nine; 10 ten; 11 eleven; 12 twelve
low lower lowest lowers lowered lowering
`;

const compared = `
big bright broad cheap clear close cold dark deep dense dry early easy fair far fast few fine flat fresh great hard heavy high hot large
late light long loud narrow near new old poor quick quiet rare rich rough safe shallow sharp short simple slow small smooth soft steep
strict strong tall thick thin tight tiny tough warm weak wet wide wise young
`;

const doubled = new Set('big flat hot thin wet'.split(' '));

function compare(adjective: string): [form: string, base: string][] {
  const root = doubled.has(adjective) ? adjective + adjective.at(-1) : adjective.replace(/e$/, '').replace(/y$/, 'i');
  return [
    [`${root}er`, adjective],
    [`${root}est`, adjective],
  ];
}

/** The word that an irregular form, a comparative or a numeral is a form of, where its stem does not tell. */
export const basesByForm: ReadonlyMap<string, string> = new Map([
  ...irregular
    .trim()
    .split(/[;\n]/)
    .map((entry) => entry.trim().split(' '))
    .flatMap(([base = '', ...forms]) => forms.map((form): [string, string] => [form, base])),
  ...compared.trim().split(/\s+/).flatMap(compare),
]);
