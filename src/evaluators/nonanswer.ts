import type { Token } from './tokens.ts';

const cores =
  /\b(?:(?:do not|dont|did not|didnt|cannot|cant|can not|could not|couldnt|wouldnt|would not) (?:really |actually |honestly |quite )?(?:know|knew|remember|recall|say|tell|answer)|(?:have |ve |ive )?(?:absolutely )?no (?:idea|clue|answer|comment|answer to (?:this|that))|idk|dunno|(?:am |im )?not (?:really |at all )?(?:sure|certain|familiar)|unsure|never (?:heard|learned|learnt|used|worked|seen)(?: of| with| about)?|(?:have not|havent) (?:heard|learned|learnt|used|worked|seen)(?: of| with| about)?|skip|pass|next question|no answer|n a|keine ahnung|weiss (?:ich |es |das )?(?:leider )?nicht|weiß (?:ich |es |das )?(?:leider )?nicht|no (?:lo )?s[eé]|ni idea|je ne sais pas|aucune idée|n[aã]o sei|non (?:lo )?so|weet (?:ik |het )?niet|geen idee)\b/gu;

const filler = new Set(
  `i im ill id we sorry honestly honest sadly unfortunately afraid well um uh hmm ok okay yes no so but and or to be with the a an of
  this that these it its one here there question answer topic subject thing concept point about on in for at all any more much
  anything something nothing right now yet currently moment just really actually simply truly please lets can could would like
  will have do does am is was think guess know remember next move still also either too let me my mind time thanks thank you
  ich es das leider dazu yo lo siento desculpe désolé mi spiace what how why`.split(/\s+/),
);

const NON_ANSWER_WORDS_MAX = 40;

/** Is "I do not know" essentially all that this answer says? An honest doubt inside an answer is not. */
export function isNonAnswer(tokens: readonly Token[]): boolean {
  if (tokens.length === 0 || tokens.length > NON_ANSWER_WORDS_MAX) return false;
  const line = tokens.map((token) => token.text).join(' ');
  const rest = line.replace(cores, '');
  return rest !== line && rest.split(' ').every((word) => word === '' || filler.has(word));
}
