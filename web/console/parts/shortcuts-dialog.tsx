import { Dialog } from '@base-ui/react/dialog';
import { useJudging } from '../use-judging.ts';

/** The keys of the page of an interview and what they do. */
export const shortcutTexts = {
  j: 'Next question',
  k: 'Previous question',
  e: 'Judge the question that you are at',
  s: 'Sign off',
  b: 'Judge blind, or not',
  n: 'Next case of the queue',
  p: 'Previous case of the queue',
  '?': 'This list',
} as const;

export type Shortcut = keyof typeof shortcutTexts;

/** Lists the keys, and switches them off: some people’s speech input or hands press single keys by accident. */
export function ShortcutsDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { judging, change } = useJudging();
  return (
    <Dialog.Root open={isOpen} onOpenChange={(isNowOpen) => !isNowOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog">
          <Dialog.Title className="dialog-title">Keys of this page</Dialog.Title>
          <Dialog.Description className="soft">They do nothing while you write, or in a dialog.</Dialog.Description>
          <dl className="shortcuts">
            {Object.entries(shortcutTexts).map(([key, text]) => (
              <div key={key} className="shortcut">
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
          <label className="check">
            <input
              type="checkbox"
              checked={judging.hasShortcuts}
              onChange={(event) => change({ hasShortcuts: event.target.checked })}
            />
            Use single keys on this page
          </label>
          <div className="dialog-actions">
            <Dialog.Close className="button">Close</Dialog.Close>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
