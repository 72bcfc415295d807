import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "../shared/api";
import { type Original, type Saving, useSaving } from "./saving";
import { forget, unsaved } from "./unsaved";

let place: HTMLElement;
let saving: Saving;
let put: (text: string, version: string) => Promise<Original>;

function Probe({ first }: { first: Original }): null {
  saving = useSaving("intents/greet", first, (text, version) => put(text, version));
  void unsaved.value;
  return null;
}
const open = (first: Original): void => {
  act(() => render(null, place));
  act(() => render(<Probe first={first} />, place));
};
const edit = (text: string): void => act(() => saving.set(text)) as unknown as void;

beforeEach(() => {
  place = document.createElement("div");
  forget("intents/greet");
  open({ text: "hello", version: "v1" });
});
afterEach(() => void act(() => render(null, place)));

const stale = new ApiError(412, {
  code: "stale_write",
  message: "",
  details: { version: "v2", current: ["hi"], changed: { added: ["hi"], removed: ["hello"] } },
});

describe("useSaving", () => {
  it("is unsaved from the first change until it is taken back", () => {
    expect(saving.dirty).toBe(false);
    edit("hello you");
    expect([saving.text, saving.dirty]).toEqual(["hello you", true]);
    edit("hello");
    expect(saving.dirty).toBe(false);
  });

  it("saves over the version it was made from, also after looking elsewhere", async () => {
    edit("mine");
    open({ text: "theirs", version: "v2" });
    expect(saving.text).toBe("mine");
    const versions: string[] = [];
    put = (text, version) => {
      versions.push(version);
      return Promise.resolve({ text, version: "v3" });
    };
    await act(async () => void (await saving.save()));
    expect(versions).toEqual(['"v1"']);
    expect([saving.text, saving.dirty]).toEqual(["mine", false]);
  });

  it("shows a conflict without losing either text, and takes theirs on demand", async () => {
    edit("mine");
    put = () => Promise.reject(stale);
    await act(async () => void (await saving.save()));
    expect(saving.stale).toMatchObject({ added: ["hi"], removed: ["hello"] });
    expect(saving.text).toBe("mine");
    act(() => saving.takeTheirs());
    expect([saving.text, saving.dirty, saving.stale]).toEqual(["hi", false, null]);
  });

  it("saves mine over theirs only when told so", async () => {
    edit("mine");
    put = () => Promise.reject(stale);
    await act(async () => void (await saving.save()));
    put = (text, version) => Promise.resolve({ text, version: `${version} over` });
    await act(async () => void (await saving.keepMine()));
    expect([saving.text, saving.dirty, saving.stale]).toEqual(["mine", false, null]);
  });
});
