// The types of Hono itself need the libraries of a browser.

/** The app; its `fetch` is the handler. */
export const honoApp: { readonly fetch: (request: Request) => Response | Promise<Response> };
