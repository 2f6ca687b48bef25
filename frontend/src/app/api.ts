/** The service over HTTP. Refusals become errors whose message is for people. */

import type { Catalog } from "../editor/catalog";
import type { AssembleAnswer, Lesson, Program, Refusal, ScenarioEntry } from "../protocol/service";

export class ServiceError extends Error {
  constructor(message: string, readonly status: number) {
    super(message);
  }
}

async function ask<Answer>(method: "GET" | "POST", path: string, body?: object, signal?: AbortSignal): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ServiceError("The service cannot be reached. Is it still running?", 0);
  }
  if (response.ok) return (await response.json()) as Answer;
  throw new ServiceError(await reason(response), response.status);
}

async function reason(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as Refusal;
    return [error.message, error.hint].filter(Boolean).join(" ");
  } catch {
    return `The service answered ${response.status}.`;
  }
}

export const startRun = (program: Program): Promise<{ id: string }> => ask("POST", "/api/runs", program);
export const cancelRun = (id: string): Promise<unknown> => ask("POST", `/api/runs/${encodeURIComponent(id)}/cancel`);
export const assemble = (source: string, signal?: AbortSignal): Promise<AssembleAnswer> => ask("POST", "/api/assemble", { source }, signal);
export const makeLink = (link: Program & { title?: string }): Promise<{ id: string; url: string }> => ask("POST", "/api/links", link);
export const getCatalog = (): Promise<Partial<Catalog>> => ask("GET", "/api/catalog");
export const getLesson = (topic: string, id: string): Promise<Lesson> => ask("GET", `/api/scenarios/${encodeURIComponent(topic)}/${encodeURIComponent(id)}`);

export async function getScenarios(): Promise<readonly ScenarioEntry[]> {
  const answer = await ask<readonly ScenarioEntry[] | { scenarios: readonly ScenarioEntry[] }>("GET", "/api/scenarios");
  return "scenarios" in answer ? answer.scenarios : answer;
}
