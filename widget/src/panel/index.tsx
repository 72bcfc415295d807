/** Starts the panel: waits for the loader's word, shows the app, tells the loader what it has to know. */
import { effect, signal } from "@preact/signals";
import { render } from "preact";
import type { Appearance, ToPanel, View } from "../shared/bridge";
import { browserStore, readJson, writeJson } from "../shared/storage";
import { App } from "./app";
import { Chat } from "./chat";
import { Composer } from "./composer-state";
import { Host } from "./host";
import { chime } from "../shared/sound";

const SOUND = "baton.sound";
const RIGHT_TO_LEFT: readonly string[] = ["ar", "fa", "he", "ur", "yi", "ps", "dv", "ckb"];

const store = browserStore();
const host = new Host();
const composer = new Composer(store);
const name = signal("Support");
const view = signal<View>("conversation");
const opened = signal(!host.framed);
const looked = signal(document.visibilityState === "visible");
const visible = signal(false);
const sound = signal(readJson<boolean>(store, SOUND) ?? false);

function show(appearance: Appearance): void {
  const root = document.documentElement;
  root.lang = appearance.locale.slice(0, 35);
  root.dir = RIGHT_TO_LEFT.includes(root.lang.split("-")[0] ?? "") ? "rtl" : "ltr";
  if (appearance.theme === "auto") delete root.dataset["theme"];
  else root.dataset["theme"] = appearance.theme;
  name.value = appearance.name;
  document.title = appearance.name;
}

function open(): void {
  opened.value = true;
  // On a touch screen the focus would bring up the keyboard over the conversation.
  if (matchMedia("(pointer: fine)").matches) composer.focus();
}

function close(): void {
  opened.value = false;
  host.tell({ type: "close" });
}

function obey(chat: Chat, message: ToPanel): void {
  switch (message.type) {
    case "appearance":
      return show(message.appearance);
    case "opened":
      return open();
    case "closed":
      return void (opened.value = false);
    case "identify":
      return void chat.identify(message.token);
    case "prefill":
      view.value = "conversation";
      return composer.fill(message.text);
    case "show":
      return void (view.value = message.view);
    case "init":
      return undefined;
  }
}

function tellLoader(chat: Chat): void {
  effect(() => host.tell({ type: "unread", count: visible.value ? 0 : chat.unread.value }));
  effect(() => {
    const { state } = chat.log.value;
    host.tell({ type: "state", state, active: state !== "closed" && chat.hasWritten.value });
  });
  chat.watch({
    onIncoming: (by) => {
      host.tell({ type: "message", by });
      if (sound.value && !visible.value) chime();
    },
  });
}

async function start(): Promise<void> {
  let chat: Chat | null = null;
  const early: ToPanel[] = [];
  const beginning = await host.begin((message) => (chat ? obey(chat, message) : early.push(message)));
  show(beginning.appearance);
  if (beginning.open) opened.value = true;
  const { identity_token, page_url, appearance } = beginning;
  chat = new Chat(store, { identity_token, page_url, locale: appearance.locale });
  effect(() => void (visible.value = opened.value && looked.value));
  effect(() => void writeJson(store, SOUND, sound.value));
  document.addEventListener("visibilitychange", () => (looked.value = document.visibilityState === "visible"));
  const place = document.getElementById("panel");
  if (!place) throw new Error("The page has no place for the panel.");
  place.replaceChildren();
  render(<App {...{ chat, composer, name, view, visible, sound }} closable={host.framed} onClose={close} />, place);
  tellLoader(chat);
  for (const message of early) obey(chat, message);
  await chat.start();
}

void start();
