import { openFrames } from './frames.ts';
import { answerText, type MakePlayer } from './player.ts';

/** Players whose words come back as they are. */
export function echoPlayers(url: string): MakePlayer {
  return async (index, onTurn) => {
    let turnCount = 0;
    const frames = await openFrames(new URL(url), undefined, {
      onText: (_text, bytes) => onTurn(bytes),
      onClosed: () => {},
    });
    return {
      play() {
        turnCount += 1;
        frames.send(JSON.stringify({ type: 'answer.submit', text: answerText(index, turnCount) }));
        return true;
      },
      get turnCount() {
        return turnCount;
      },
      close: () => frames.close(),
    };
  };
}
