import { describe, expect, it } from "vitest";
import { MemoryStore } from "../shared/storage";
import { Composer } from "./composer-state";

describe("Composer", () => {
  it("keeps what was being written over a reload", () => {
    const store = new MemoryStore();
    new Composer(store).write("half a sent");
    expect(new Composer(store).text.value).toBe("half a sent");
  });

  it("counts characters as people do", () => {
    const composer = new Composer(new MemoryStore());
    composer.write("\u{1F3D5}".repeat(4000));
    expect([composer.left.value, composer.sendable.value]).toEqual([0, true]);
    composer.write("\u{1F3D5}".repeat(4001));
    expect([composer.left.value, composer.sendable.value, composer.take()]).toEqual([-1, false, null]);
  });

  it("does not send spaces", () => {
    const composer = new Composer(new MemoryStore());
    composer.write("  \n ");
    expect(composer.take()).toBeNull();
  });

  it("is empty once its text is taken", () => {
    const store = new MemoryStore();
    const composer = new Composer(store);
    composer.write(" hello ");
    expect(composer.take()).toBe("hello");
    expect([composer.text.value, new Composer(store).text.value]).toEqual(["", ""]);
  });
});
