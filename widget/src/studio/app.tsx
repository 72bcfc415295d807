/** The studio's page: what the assistant got wrong, what it knows, and teaching it. */
import type { JSX } from "preact";
import { Tabs } from "../shared/components";
import { Gate, TopBar } from "../shared/staff/frame";
import type { StaffSession } from "../shared/staff/session";
import { Articles } from "./articles";
import { Intents } from "./intents";
import { Models } from "./models";
import { type Section, hashOf, usePlace } from "./place";
import { Review } from "./review";
import { Trainings } from "./trainings";
import { unsaved, useUnsavedWarning } from "./unsaved";

const TITLES: Record<Section, string> = {
  review: "To review",
  intents: "Intents",
  articles: "Articles",
  training: "Training",
  models: "Models",
};

export function App({ session }: { session: StaffSession }): JSX.Element {
  return (
    <Gate session={session} page="Studio" role="editor">
      <Studio session={session} />
    </Gate>
  );
}

function Studio({ session }: { session: StaffSession }): JSX.Element {
  const { section, item } = usePlace();
  useUnsavedWarning();
  const { api } = session;
  const views: Record<Section, () => JSX.Element> = {
    review: () => <Review api={api} linked={session.may("agent")} />,
    intents: () => <Intents api={api} open={item} />,
    articles: () => <Articles api={api} open={item} />,
    training: () => <Trainings api={api} open={item} />,
    models: () => <Models api={api} />,
  };
  const tabs = (Object.keys(TITLES) as Section[]).map((id) => ({
    id,
    title: TITLES[id],
    count: [...unsaved.value.keys()].filter((name) => name.startsWith(`${id}/`)).length,
  }));
  return (
    <div class="s-page">
      <TopBar session={session} current="Studio" />
      <main class="t-main">
        <h1 class="b-hidden-text">Studio</h1>
        <Tabs label="Studio" tabs={tabs} current={section} onSelect={(id) => (location.hash = hashOf(id))} />
        <div role="tabpanel" id={`panel-${section}`} aria-labelledby={`tab-${section}`} class="t-panel">
          {views[section]()}
        </div>
      </main>
    </div>
  );
}
