import { type ComponentType, lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { Link, Route, Switch } from 'wouter';
import { AnnouncerRoot } from '../shared/announcer.tsx';
import type { Api } from './api.ts';
import { Frame } from './parts/frame.tsx';
import { Access } from './screens/access.tsx';
import { Interview } from './screens/interview.tsx';
import { List } from './screens/list.tsx';
import { useService } from './service.ts';

const QueueScreen = lazy(() => import('./screens/queue.tsx').then(({ QueueScreen: screen }) => ({ default: screen })));
const Statistics = lazy(() =>
  import('./screens/statistics.tsx').then(({ Statistics: screen }) => ({ default: screen })),
);

/** The console: the list and the statistics for operators, one interview for operators and reviewers. */
export function App() {
  return (
    <AnnouncerRoot>
      <Switch>
        <Route path="/">
          <OperatorPlace screen={List} />
        </Route>
        <Route path="/statistics">
          <Suspense fallback={<Frame hasList>{null}</Frame>}>
            <OperatorPlace screen={Statistics} />
          </Suspense>
        </Route>
        <Route path="/reviews">
          <Suspense fallback={<Frame hasList>{null}</Frame>}>
            <OperatorPlace screen={QueueScreen} />
          </Suspense>
        </Route>
        <Route path="/interviews/:id">
          {({ id }) => <InterviewPlace key={id} interviewId={decodeURIComponent(id)} />}
        </Route>
        <Route>
          <Frame>
            <div className="card access">
              <h1 className="access-title">There is nothing here</h1>
              <p className="soft">
                <Link href="/">Go to the list of interviews</Link>
              </p>
            </div>
          </Frame>
        </Route>
      </Switch>
    </AnnouncerRoot>
  );
}

/** The secret that opens a place; `lockOut` forgets one that was refused and asks for another. */
function useSecret(interviewId?: string) {
  const { secrets } = useService();
  const find = () => (interviewId === undefined ? secrets.adminKey() : secrets.secretFor(interviewId));
  const [secret, setSecret] = useState(find);
  const [problem, setProblem] = useState<string>();
  const lockOut = useCallback(() => {
    secrets.forget(interviewId);
    setSecret(null);
    setProblem('The service did not accept that key or link. It may be wrong, or a new one was made.');
  }, [secrets, interviewId]);
  const enter = (adminKey: string) => {
    secrets.keep({ adminKey });
    setSecret(adminKey);
  };
  return { secret, problem, lockOut, enter };
}

/** A screen for who has the admin key. */
function OperatorPlace({ screen: Screen }: { screen: ComponentType<{ api: Api; onLockedOut: () => void }> }) {
  const { openApi } = useService();
  const { secret, problem, lockOut, enter } = useSecret();
  const api = useMemo(() => (secret === null ? null : openApi(secret)), [openApi, secret]);
  if (!api) return <Access problem={problem} onKey={enter} />;
  return <Screen api={api} onLockedOut={lockOut} />;
}

function InterviewPlace({ interviewId }: { interviewId: string }) {
  const { secrets } = useService();
  const { secret, problem, lockOut, enter } = useSecret(interviewId);
  if (secret === null) return <Access problem={problem} onKey={enter} />;
  return (
    <Interview
      key={secret}
      interviewId={interviewId}
      secret={secret}
      hasList={secrets.adminKey() !== null}
      onLockedOut={lockOut}
    />
  );
}
