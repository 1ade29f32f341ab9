/** Every page and its address. Pages but the first are loaded when they are opened. */

import { lazy, Suspense } from "react";
import { Redirect, Route, Switch } from "wouter";
import { SignInPage } from "./pages/sign-in/SignInPage";
import { useSession } from "./session";
import { Shell } from "./ui/Shell";
import { Empty, Loading } from "./ui/states";

const RunsPage = lazy(() => import("./pages/runs/RunsPage"));
const RunPage = lazy(() => import("./pages/run/RunPage"));
const SignedInPage = lazy(() => import("./pages/sign-in/SignedInPage"));
const SpendPage = lazy(() => import("./pages/spend/SpendPage"));

export function App() {
  const { credential } = useSession();
  return (
    <Suspense fallback={<Loading />}>
      <Switch>
        <Route path="/signed-in" component={SignedInPage} />
        <Route>{credential ? <SignedIn /> : <SignInPage />}</Route>
      </Switch>
    </Suspense>
  );
}

function SignedIn() {
  return (
    <Shell>
      <Suspense fallback={<Loading />}>
        <Switch>
          <Route path="/">
            <Redirect to="/runs" replace />
          </Route>
          <Route path="/runs" component={RunsPage} />
          <Route path="/runs/:id">{({ id }) => <RunPage key={id} id={decodeURIComponent(id)} />}</Route>
          <Route path="/spend" component={SpendPage} />
          <Route>
            <Empty title="There is no such page">The address may have been cut on its way to you.</Empty>
          </Route>
        </Switch>
      </Suspense>
    </Shell>
  );
}
