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
const IncidentsPage = lazy(() => import("./pages/incidents/IncidentsPage"));
const IncidentPage = lazy(() => import("./pages/incidents/IncidentPage"));
const SearchPage = lazy(() => import("./pages/search/SearchPage"));
const MemoryPage = lazy(() => import("./pages/memory/MemoryPage"));
const SkillsPage = lazy(() => import("./pages/skills/SkillsPage"));
const SkillPage = lazy(() => import("./pages/skills/SkillPage"));
const ForksPage = lazy(() => import("./pages/compare/ForksPage"));
const NewForkPage = lazy(() => import("./pages/compare/NewForkPage"));
const ForkPage = lazy(() => import("./pages/compare/ForkPage"));
const TapesPage = lazy(() => import("./pages/tapes/TapesPage"));
const TapePage = lazy(() => import("./pages/tapes/TapePage"));
const ApprovalsPage = lazy(() => import("./pages/govern/ApprovalsPage"));
const PolicyPage = lazy(() => import("./pages/govern/PolicyPage"));
const AgentsPage = lazy(() => import("./pages/govern/AgentsPage"));
const ExportsPage = lazy(() => import("./pages/govern/ExportsPage"));
const DigestsPage = lazy(() => import("./pages/govern/DigestsPage"));
const AuditPage = lazy(() => import("./pages/govern/AuditPage"));
const WebhooksPage = lazy(() => import("./pages/govern/WebhooksPage"));
const KeysPage = lazy(() => import("./pages/govern/KeysPage"));

export function App() {
  const { credential } = useSession();
  return (
    <Suspense fallback={<Loading />}>
      <Switch>
        <Route path="/signed-in" component={SignedInPage} />
        <Route path="/tape/:slug">{({ slug }) => <TapePage key={slug} slug={decodeURIComponent(slug)} />}</Route>
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
          <Route path="/search" component={SearchPage} />
          <Route path="/memory" component={MemoryPage} />
          <Route path="/skills" component={SkillsPage} />
          <Route path="/skills/:id">{({ id }) => <SkillPage key={id} id={decodeURIComponent(id)} />}</Route>
          <Route path="/tapes" component={TapesPage} />
          <Route path="/incidents" component={IncidentsPage} />
          <Route path="/incidents/:id">{({ id }) => <IncidentPage key={id} id={decodeURIComponent(id)} />}</Route>
          <Route path="/forks" component={ForksPage} />
          <Route path="/forks/new" component={NewForkPage} />
          <Route path="/forks/:id">{({ id }) => <ForkPage key={id} id={decodeURIComponent(id)} />}</Route>
          <Route path="/spend" component={SpendPage} />
          <Route path="/govern/approvals" component={ApprovalsPage} />
          <Route path="/govern/policy" component={PolicyPage} />
          <Route path="/govern/agents" component={AgentsPage} />
          <Route path="/govern/exports" component={ExportsPage} />
          <Route path="/govern/digests" component={DigestsPage} />
          <Route path="/govern/audit" component={AuditPage} />
          <Route path="/govern/webhooks" component={WebhooksPage} />
          <Route path="/govern/keys" component={KeysPage} />
          <Route>
            <Empty whole title="There is no such page">The address may have been cut on its way to you.</Empty>
          </Route>
        </Switch>
      </Suspense>
    </Shell>
  );
}
