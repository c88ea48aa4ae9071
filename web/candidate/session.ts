import { createContext, useContext, useState } from 'react';
import type { CandidateView } from '../../src/protocol.ts';
import { useAnnouncer } from '../shared/announcer.tsx';
import type { Drafts } from './drafts.ts';
import type { CandidateCommand, Client, ClientState } from './port.ts';
import type { Receipt } from './receipt.ts';
import { describeProblem } from './wording.ts';

/** What every screen of a running interview may use. */
export interface Session {
  client: Client;
  drafts: Drafts;
  /** Rejects when it is not to be had now. */
  readReceipt: () => Promise<Receipt>;
  view: CandidateView;
  offsetMs: number;
  connection: ClientState['connection'];
  /** Why the last prompt closed by itself. */
  note: string | null;
  /** The candidate closes this prompt now, so it is not the clock that did. */
  markClosed: (promptId: string | null) => void;
}

export const SessionContext = createContext<Session | null>(null);

/** The running interview. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession is used outside of a running interview');
  return session;
}

/** Give commands, one at a time, and show what went wrong. */
export function useCommand(): {
  busyWith: CandidateCommand['type'] | null;
  problem: string | null;
  setProblem: (text: string | null) => void;
  /** Resolves to whether the command was accepted. */
  give: (command: CandidateCommand) => Promise<boolean>;
} {
  const { client } = useSession();
  const { alarm } = useAnnouncer();
  const [busyWith, setBusyWith] = useState<CandidateCommand['type'] | null>(null);
  const [problem, showProblem] = useState<string | null>(null);

  function setProblem(text: string | null): void {
    showProblem(text);
    // What is over must not be found by people who read on through the page.
    alarm(text ?? '');
  }

  async function give(command: CandidateCommand): Promise<boolean> {
    setBusyWith(command.type);
    setProblem(null);
    try {
      await client.send(command);
      return true;
    } catch (error) {
      setProblem(describeProblem(String(Object(error).code ?? '')));
      return false;
    } finally {
      setBusyWith(null);
    }
  }

  return { busyWith, problem, setProblem, give };
}
