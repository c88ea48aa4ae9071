import type { Client as AnyClient, ClientState as AnyState } from '../../src/client.ts';
import type { CandidateView } from '../../src/protocol.ts';

/** The typed client, as a candidate has it. */
export type Client = AnyClient<CandidateView>;
export type ClientState = AnyState<CandidateView>;
export type CandidateCommand = Parameters<Client['send']>[0];
