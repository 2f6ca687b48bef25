import { mount } from "svelte";
import type { Lesson } from "../protocol/service";
import { getLesson } from "./api";
import App from "./App.svelte";
import "./base.css";
import "./layout.css";
import { readNonce, readPage } from "./place";
import { themes } from "./theme.svelte";

document.documentElement.dataset["theme"] = themes.now;
const page = readPage();
let lesson: Lesson | null = null;
let failure = "";
if (page.page === "scenario" && page.topic !== undefined && page.id !== undefined) {
  try {
    lesson = await getLesson(page.topic, page.id);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
}
const target = document.getElementById("app");
if (target === null) throw new Error("the page has no #app");
if (failure !== "") target.textContent = failure;
else mount(App, { target, props: { page, lesson, nonce: readNonce() } });
