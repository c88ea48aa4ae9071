import { expect, test, vi } from 'vitest';
import { runtimeSignals } from '../../src/client/platform.ts';

test('[C22] a browser signals when it is online again and when its page is shown, Node never', () => {
  let count = 0;
  const note = () => {
    count += 1;
  };
  runtimeSignals(note)();

  const page = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
  vi.stubGlobal('document', document);
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  const happen = () => {
    for (const type of ['online', 'pageshow']) page.dispatchEvent(new Event(type));
    document.dispatchEvent(new Event('visibilitychange'));
  };
  try {
    const stop = runtimeSignals(note);
    happen();
    expect(count).toBe(2);
    document.visibilityState = 'visible';
    happen();
    expect(count).toBe(5);
    stop();
    happen();
    expect(count).toBe(5);
  } finally {
    vi.unstubAllGlobals();
  }
});
