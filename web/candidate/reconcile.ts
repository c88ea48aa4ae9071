/**
 * What this device keeps of one prompt, so that even a keystroke that was never sent survives a refresh.
 *
 * `sent` and `saved` are the last texts that this device sent, and that the server acknowledged. They are what tells
 * "the server has an older text of mine" from "somebody typed on another device".
 */
export interface LocalDraft {
  promptText: string;
  text: string;
  sent: string;
  saved: string;
}

/** The text to go on with. `other` is a text that lost and is offered, never thrown away in silence. */
export interface Reconciled {
  text: string;
  isUnsaved: boolean;
  other?: string;
}

/**
 * Choose between the text kept on this device and the server's draft.
 *
 * 1. Nothing here, or the same: the server's.
 * 2. The server holds nothing, or a text which this device sent: this device is ahead, its text wins.
 * 3. Both differ (another device typed since): when one continues the other, the longer; else the server's, being the
 *    newer, with this device's text offered.
 */
export function reconcile(local: LocalDraft | null, serverText: string): Reconciled {
  if (!local || local.text === serverText) return { text: serverText, isUnsaved: false };
  const isOurs = serverText === '' || serverText === local.saved || serverText === local.sent;
  if (isOurs || local.text.startsWith(serverText)) return { text: local.text, isUnsaved: true };
  if (local.text.trim() === '' || serverText.startsWith(local.text)) return { text: serverText, isUnsaved: false };
  return { text: serverText, isUnsaved: false, other: local.text };
}
