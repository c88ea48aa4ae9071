import type { CandidateView } from '../../src/protocol.ts';

export interface ClientState {
  connection: 'idle' | 'connecting' | 'open' | 'reconnecting' | 'superseded' | 'refused' | 'closed';
  view: CandidateView | null;
  seq: number;
  serverOffsetMs: number;
  pendingCount: number;
  problem?: { code: string };
}
export type CandidateCommand =
  | { type: 'interview.start'; consent?: boolean }
  | { type: 'answer.submit'; promptId: string; text: string }
  | { type: 'answer.draft'; promptId: string; text: string }
  | { type: 'prompt.skip'; promptId: string }
  | { type: 'interview.pause' }
  | { type: 'interview.resume' }
  | { type: 'interview.end' };
export interface Client {
  connect(): void;
  close(): void;
  getState(): ClientState;
  subscribe(listener: () => void): () => void;
  send(command: CandidateCommand): Promise<unknown>;
  takeOver(): void;
}
