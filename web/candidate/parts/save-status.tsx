import { Icon, type IconName } from '../../shared/icon.tsx';
import type { KeeperState } from '../keeper.ts';

interface Look {
  icon: IconName;
  text: string;
  tone: string;
}

function lookOf(draft: KeeperState, isConnected: boolean): Look | null {
  if (draft.isTooLong) return { icon: 'alert', text: 'Too long to be saved', tone: 'status-warn' };
  if (draft.isSaved) return draft.text === '' ? null : { icon: 'check', text: 'Saved', tone: 'status-ok' };
  if (isConnected) return { icon: 'cloud', text: 'Saving…', tone: '' };
  return draft.isKept
    ? { icon: 'device', text: 'Saved on this device, will be sent', tone: 'status-warn' }
    : { icon: 'alert', text: 'Not saved yet: keep this tab open', tone: 'status-warn' };
}

/** Where the text is now. Not a live region: it would talk at every pause of the fingers. */
export function SaveStatus({ draft, isConnected }: { draft: KeeperState; isConnected: boolean }) {
  const look = lookOf(draft, isConnected);
  if (!look) return <span className="status">Saved as you write</span>;
  return (
    <span className={`status ${look.tone}`}>
      <Icon name={look.icon} />
      {look.text}
    </span>
  );
}
