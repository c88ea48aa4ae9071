import { invisiblePattern } from './tokens.ts';

// Hints for a person. They take no points: word matching obeys nobody, so a missed one costs nothing either.
// Orders must stand where a sentence begins, so that an answer *about* prompt injection is left alone.

const begin = String.raw`(?:^|[.!?:;,>*\]\n-]\s{0,3}|\b(?:please|now|and|then|must|should)\s+)`;
const patterns = [
  `${begin}(?:ignore|disregard|forget|override|bypass|skip)\\b[^.\\n]{0,40}\\b(?:instructions?|rubric|rules|prompts?|guidelines|criteria|directions)\\b`,
  `${begin}(?:give|award|assign|grant|set|return|output|mark|rate|grade|score|respond|reply|print)\\b[^.\\n]{0,50}\\b(?:full|maximum|max|perfect|highest|top|100 ?%?|10 ?/ ?10|5 ?/ ?5|1\\.0|as (?:correct|met|complete))(?:\\b|$)[^.\\n]{0,20}`,
  `\\b(?:note|message|attention|instructions?|memo) (?:to|for) (?:the |all |any )?(?:graders?|evaluators?|examiners?|reviewers?|assessors?|ai|llm|model|assistant)\\b`,
  `\\b(?:you are|act as|behave as|pretend to be) (?:now )?(?:an? |the )?[^.\\n]{0,20}\\b(?:graders?|evaluators?|examiners?|assistant|language model|system)\\b`,
  `\\b(?:as|dear) (?:the |an? )?(?:ai )?(?:graders?|evaluators?|examiners?|language model)\\b[^.\\n]{0,10}\\b(?:you|please)\\b`,
  `\\b(?:all|every) (?:rubric )?(?:points?|criteria|criterion)\\b[^.\\n]{0,20}\\b(?:are|is|as|were|have been) (?:fully )?(?:met|satisfied|covered|fulfilled)\\b`,
  `\\b(?:new|updated|revised|system) (?:instructions?|prompt|override|directive)\\s{0,3}:`,
  `(?:^|\\n)[ \\t]{0,8}(?:#{1,6} {0,3})?(?:system|assistant|developer|grader)\\s{0,3}:`,
  `<\\|?/?(?:system|assistant|user|instructions?|rubric|im_start|im_end|grader|answer|evaluation)\\b[^>\\n]{0,40}\\|?>`,
  `\\[/?(?:inst|system|sys)\\]|<<sys>>`,
  `</?(?:[a-z]{1,20}[_-])?(?:answer|verdict|score|grade|grading|rubric|criteri(?:on|a)|evaluation)(?:[_-][a-z]{1,20})?\\s{0,3}/?>`,
  `["']?\\b(?:verdict|score|needsreview|coverage)["']?\\s{0,3}[:=]\\s{0,3}["']?(?:met\\b|1\\.0|1\\b|100\\b|10\\b|full|max|true\\b|false\\b)`,
  `\\b(?:ignorier|ignorez|ignora|vergiss|vergessen sie|oubliez|olvid|dimentica|esque)\\p{L}*[^.\\n]{0,40}(?<!\\p{L})(?:anweisung|instruc|instruz|istruz|instruç|regeln|règles|reglas|regole|regras)`,
  `(?<!\\p{L})(?:(?:volle|maximale|höchste) (?:punkt|note|bewertung)|note maximale|puntuación máxima|punteggio massimo|nota máxima)`,
].map((source) => new RegExp(source, 'u'));

/** Does the text speak to whoever marks it, instead of answering? A hint, not a verdict. */
export function looksLikeInjection(text: string): boolean {
  const plain = text.replace(invisiblePattern, '').normalize('NFKC').toLowerCase();
  return patterns.some((pattern) => pattern.test(plain));
}
