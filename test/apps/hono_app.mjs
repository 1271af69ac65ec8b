/** An app of Hono, as one writes them: nothing in it knows of this library. */

import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import { streamText } from "hono/streaming";

/** The app; its `fetch` is the handler. */
export const honoApp = new Hono();

honoApp.use("/open/*", cors({ origin: "https://example.com", allowMethods: ["GET", "PUT"] }));
honoApp.use("/tagged", etag());

honoApp.get("/hello/:name", (c) => c.text(`hello ${c.req.param("name")}`));
honoApp.get("/query", (c) => c.json({ a: c.req.queries("a"), url: c.req.url }));
honoApp.post("/json", async (c) => c.json({ ...await c.req.json(), seen: true }, 201));
honoApp.get("/stream", (c) =>
  streamText(c, async (stream) => {
    for (const word of ["one ", "two ", "three"]) await stream.write(word);
  }));
honoApp.post("/through", (c) => new Response(c.req.raw.body));
honoApp.get("/headers", (c) => {
  c.header("x-got", c.req.header("x-sent"));
  c.header("x-twice", "1", { append: true });
  c.header("x-twice", "2", { append: true });
  return c.body(null, 204);
});
honoApp.get("/cookies", (c) => {
  setCookie(c, "a", "1", { httpOnly: true });
  setCookie(c, "b", "2; ä", { path: "/b" });
  return c.text(getCookie(c, "given") ?? "none");
});
honoApp.post("/form", async (c) => {
  const form = await c.req.formData();
  const file = form.get("file");
  const text = file instanceof File ? `${file.name}: ${await file.text()}` : "no file";
  return c.text(`${String(form.get("name"))}, ${text}`);
});
honoApp.get("/old", (c) => c.redirect("/hello/new", 301));
honoApp.get("/open/door", (c) => c.text("open"));
honoApp.get("/tagged", (c) => c.text("tagged"));
honoApp.get("/refused", () => {
  throw new HTTPException(403, { message: "not you" });
});
honoApp.get("/broken", () => {
  throw new Error("a secret");
});
// Hono's own writes the error to the console.
honoApp.onError((error, c) =>
  error instanceof HTTPException ? error.getResponse() : c.text("broken", 500)
);
