/** What a candidate's link says: `/interviews/:id#token`. The token stays in the fragment, which no server sees. */
export interface CandidateLink {
  interviewId: string;
  token: string;
}

/** Read the link from the address of the page. Null = a part is missing. */
export function readLink(address: { pathname: string; hash: string }): CandidateLink | null {
  const interviewId = decode(/^\/interviews\/([^/]+)\/?$/.exec(address.pathname)?.[1] ?? '');
  const token = address.hash.replace(/^#/, '');
  return interviewId && token ? { interviewId, token } : null;
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
