import { useState } from 'react';
import { useAnnouncer } from '../../shared/announcer.tsx';
import { Button } from '../../shared/button.tsx';
import { Icon } from '../../shared/icon.tsx';
import type { Api, Reply } from '../api.ts';
import { saveJson } from '../download.ts';

/** Report and transcript as files. */
export function Downloads({ api, interviewId }: { api: Api; interviewId: string }) {
  const { announce, alarm } = useAnnouncer();
  const [busyWith, setBusyWith] = useState<string | null>(null);
  const [failed, setFailed] = useState<string | null>(null);

  async function save(name: 'report' | 'transcript', read: (id: string) => Promise<Reply<unknown>>): Promise<void> {
    setBusyWith(name);
    const reply = await read(interviewId);
    setBusyWith(null);
    setFailed(reply.ok ? null : `The ${name} could not be read. ${reply.problem.detail}`);
    if (!reply.ok) return alarm(`The ${name} could not be read.`);
    saveJson(`viva-${interviewId}-${name}.json`, reply.value);
    announce(`The ${name} is saved.`);
  }

  return (
    <>
      <Button isBusy={busyWith === 'report'} onClick={() => save('report', api.readReport)}>
        <Icon name="download" />
        Report
      </Button>
      <Button isBusy={busyWith === 'transcript'} onClick={() => save('transcript', api.readTranscript)}>
        <Icon name="download" />
        Transcript
      </Button>
      {failed && <p className="danger action-note">{failed}</p>}
    </>
  );
}
