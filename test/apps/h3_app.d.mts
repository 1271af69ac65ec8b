// The types of h3 itself need the libraries of a browser.

/** The app; its `fetch` is the handler. */
export const h3App: { readonly fetch: (request: Request) => Response | Promise<Response> };
