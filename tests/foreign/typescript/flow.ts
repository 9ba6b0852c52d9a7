// The published flows of both APIs, by clients that openapi-typescript types and openapi-fetch makes.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components as PassbandParts, paths as PassbandPaths } from "./passband.js";
import type { components, paths, webhooks } from "./pandocast.js";

type WebhookBody = {
  [E in keyof webhooks]: webhooks[E]["post"]["requestBody"]["content"]["application/json"];
}[keyof webhooks];

const headers = { Authorization: `Bearer ${variable("PANDOCAST_API_KEY")}` };
const pandocast = createClient<paths>({ baseUrl: variable("PANDOCAST_BASE_URL"), headers });
const passband = createClient<PassbandPaths>({ baseUrl: variable("PASSBAND_BASE_URL"), headers });

function variable(name: string): string {
  const value = process.env[name];
  assert(value, `${name} is set`);
  return value;
}

async function until<T>(find: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function contentIn(status: components["schemas"]["ContentStatus"], id: string) {
  return until(async () => {
    const { data } = await pandocast.GET("/content", { params: { query: { limit: 10, offset: 0 } } });
    assert(data);
    return data.items.find((item) => item.id === id && item.status === status);
  });
}

async function publish(): Promise<void> {
  const { data: uploaded } = await pandocast.POST("/content/upload", {
    body: {
      title: "Why AI Agents Need Memory",
      content_type: "blog_post",
      raw_content: "Agents forget. Memory helps them plan. ".repeat(20),
    },
  });
  assert(uploaded);
  const params = { path: { id: uploaded.id } };
  await contentIn("analyzed", uploaded.id);
  const { data: started } = await pandocast.POST("/content/{id}/generate", {
    params,
    body: {
      voice_profile_id: variable("VOICE_PROFILE_ID"),
      selected_platforms: ["twitter_single", "linkedin_post"],
      emphasis_notes: "Focus on the AI memory angle",
    },
  });
  assert.equal(started?.status, "generating");
  await contentIn("generated", uploaded.id);
  const { data: outputs } = await pandocast.GET("/content/{id}/outputs", { params });
  assert.equal(outputs?.total, 2);
  const { data: scheduled } = await pandocast.POST("/content/{id}/schedule", {
    params,
    body: { output_id: outputs.items[0]!.id, scheduled_at: "2199-03-30T14:00:00Z" },
  });
  assert.equal(scheduled?.status, "scheduled");
  const { error } = await pandocast.GET("/content/{id}/outputs", { params: { path: { id: "missing" } } });
  assert(error && error.status === 404 && error.code === "not_found");
  assert.equal(error.error, "Content not found");
}

async function review(): Promise<void> {
  const { data: created } = await passband.POST("/drafts", {
    body: { text: "Check out our new feature launch!", tags: ["launch"] },
  });
  const draft = created?.drafts[0];
  assert(draft);
  const params = { path: { id: draft.id } };
  await passband.PATCH("/drafts/{id}", { params, body: { text: "Check out what we launched!" } });
  const { data: approved } = await passband.PATCH("/drafts/{id}", { params, body: { action: "approve" } });
  assert.equal(approved?.status, "approved");
  const slots: PassbandParts["schemas"]["Slot"][] = [{ dayOfWeek: 2, hour: 9, minute: 0 }];
  await passband.PUT("/schedule/slots", { body: slots });
  const { data: queued } = await passband.POST("/schedule/queue", { body: { draftId: draft.id } });
  assert(queued?.scheduledAt);
  const { data: conflicts } = await passband.GET("/schedule/conflicts", {
    params: { query: { scheduledAt: queued.scheduledAt } },
  });
  assert.equal(conflicts?.count, 1);
  const { data: feed } = await passband.GET("/calendar/feed");
  assert(feed?.url);
  const { error } = await passband.PATCH("/drafts/{id}", { params, body: { action: "approve" } });
  assert(error && error.status === 409);
}

async function collect(): Promise<void> {
  const { data: source } = await passband.POST("/sources", {
    body: { name: "Blog", type: "rss", url: variable("FEED_URL"), config: { formats: ["SHORT"], depth: 2 } },
  });
  assert.equal(source?.config["depth"], 2);
  await passband.POST("/pipeline/trigger");
  const run = await until(async () => {
    const { data } = await passband.GET("/pipeline/runs", { params: { query: { limit: 1 } } });
    return data?.runs.find(({ status }) => status === "completed");
  });
  assert(run.draftsGenerated > 0);
  const { data: page } = await passband.GET("/drafts", { params: { query: { sourceId: source.id } } });
  assert.equal(page?.drafts[0]?.item?.sourceType, "rss");
  await passband.PUT("/voice-profile", { body: { style: "plain", formats: { SHORT: { emoji: false } } } });
  const { data: experiment } = await passband.POST("/experiments", {
    body: {
      name: "Tone",
      parameter: "tone",
      variants: [
        { name: "A", value: "calm" },
        { name: "B", value: { words: ["loud"] }, weight: 2 },
      ],
    },
  });
  assert.equal(experiment?.status, "active");
  const { data: deleted } = await passband.DELETE("/sources/{id}", { params: { path: { id: source.id } } });
  assert.equal(deleted?.ok, true);
}

// Compiles only if the webhooks are told apart by their event.
function headline(body: WebhookBody): string {
  switch (body.event) {
    case "content.uploaded":
      return body.data.content_type;
    case "content.analyzed":
      return body.data.title;
    case "outputs.generated":
      return body.data.output_ids.join();
    case "post.published":
      return body.data.published_at;
    case "post.failed":
      return `${body.data.error} after ${body.data.attempts}`;
    case "ab_test.completed":
      return body.data.winner_output_id;
  }
}

await publish();
await review();
await collect();
const analyzed: WebhookBody = {
  event: "content.analyzed",
  timestamp: "2026-03-28T10:05:00.000Z",
  data: { workspace_id: "ws_abc123", content_id: "abc123", title: "Why AI Agents Need Memory" },
};
assert.equal(headline(analyzed), "Why AI Agents Need Memory");
console.log("The published flows work in TypeScript.");
