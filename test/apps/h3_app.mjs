/** An app of h3, as one writes them: nothing in it knows of this library. */

import {
  getCookie,
  getQuery,
  getRouterParam,
  H3,
  handleCacheHeaders,
  handleCors,
  HTTPError,
  readBody,
  redirect,
  setCookie,
} from "h3";

/** The app; its `fetch` is the handler. */
export const h3App = new H3({ silent: true });

h3App.use("/open/**", (event) => {
  const handled = handleCors(event, { origin: ["https://example.com"], methods: ["GET", "PUT"] });
  return handled === false ? undefined : handled;
});

h3App.get("/hello/:name", (event) => `hello ${getRouterParam(event, "name", { decode: true })}`);
h3App.get("/query", (event) => ({ a: getQuery(event)["a"], url: event.req.url }));
h3App.post("/json", async (event) => {
  event.res.status = 201;
  return { ...await readBody(event), seen: true };
});
h3App.get("/stream", (event) => {
  event.res.headers.set("content-type", "text/plain; charset=utf-8");
  return ReadableStream.from(["one ", "two ", "three"]).pipeThrough(new TextEncoderStream());
});
h3App.post("/through", (event) => event.req.body);
h3App.get("/headers", (event) => {
  event.res.headers.set("x-got", event.req.headers.get("x-sent") ?? "");
  event.res.headers.append("x-twice", "1");
  event.res.headers.append("x-twice", "2");
  event.res.status = 204;
  return null;
});
h3App.get("/cookies", (event) => {
  setCookie(event, "a", "1", { httpOnly: true });
  setCookie(event, "b", "2; ä", { path: "/b" });
  return getCookie(event, "given") ?? "none";
});
h3App.post("/form", async (event) => {
  const form = await event.req.formData();
  const file = form.get("file");
  const text = file instanceof File ? `${file.name}: ${await file.text()}` : "no file";
  return `${String(form.get("name"))}, ${text}`;
});
h3App.get("/old", () => redirect("/hello/new", 301));
h3App.get("/open/door", () => "open");
h3App.get("/tagged", (event) => {
  if (handleCacheHeaders(event, { etag: '"t"' })) return null;
  return "tagged";
});
h3App.get("/refused", () => {
  throw new HTTPError({ status: 403, message: "not you" });
});
h3App.get("/broken", () => {
  throw new Error("a secret");
});
