/** Where the authors of a case ask for something else than RFC 9110 and RFC 9112 do. */

/** What is answered instead, and the sentence that says so. */
export interface Deviation {
  readonly statuses: string;
  readonly because: string;
}

const FRAGMENT = "RFC 9110, 7.1: the target URI excludes the reference's fragment component";
const SAME_HOST =
  "RFC 9112, 3.2: if the target URI includes an authority component, then a client " +
  "MUST send a field value for Host that is identical to that authority component";
const USER_INFORMATION = "RFC 9110, 4.2.4: a recipient SHOULD parse for userinfo and treat its " +
  "presence as an error";
const METHOD =
  "RFC 9110, 9.1: a method is a token, and other methods than those of the RFC have been " +
  "specified; which of them it knows, the handler says";
const LENGTH =
  "RFC 9112, 6.3: if the sender closes the connection before the indicated number of " +
  "octets are received, the recipient MUST consider the message to be incomplete";
const NO_LIMIT =
  "RFC 9110, 5.4: HTTP does not place a predefined limit on the length of each field " +
  "line; here it is 16 KiB for all of them";

/** By the id of the case. */
export const DEVIATIONS: Record<string, Deviation> = {
  "llhttp/connection:158": {
    statuses: "200 400",
    because: "RFC 9112, 6.3: the length of the first body is 4; what follows it is another request",
  },
  "llhttp/content-length:446": { statuses: "400", because: LENGTH },
  "llhttp/invalid:68": { statuses: "200", because: METHOD },
  "llhttp/invalid:358": { statuses: "200", because: METHOD },
  "llhttp/method:137": {
    statuses: "400",
    because: "RFC 9112, 3.2.4: the asterisk-form is only used for a server-wide OPTIONS request",
  },
  "llhttp/sample:316": {
    statuses: "400",
    because: "RFC 9112, 3: request-line = method SP request-target SP HTTP-version",
  },
  "llhttp/transfer-encoding:753": { statuses: "400", because: FRAGMENT },
  "llhttp/transfer-encoding:795": { statuses: "400", because: FRAGMENT },
  "llhttp/uri:54": { statuses: "400", because: SAME_HOST },
  "llhttp/uri:77": { statuses: "400", because: SAME_HOST },
  "llhttp/uri:127": { statuses: "400", because: SAME_HOST },
  "llhttp/uri:167": { statuses: "400", because: FRAGMENT },
  "llhttp/uri:224": { statuses: "400", because: USER_INFORMATION },
  "gunicorn/invalid/006": {
    statuses: "200",
    because: "RFC 9112, 3: it is RECOMMENDED to support request lines of at least 8000 octets",
  },
  "gunicorn/invalid/007": { statuses: "200", because: NO_LIMIT },
  "gunicorn/invalid/008": { statuses: "200", because: NO_LIMIT },
  "gunicorn/invalid/040": {
    statuses: "200",
    because: "RFC 9110, 5.1: other recipients SHOULD ignore unrecognized header fields, as " +
      "Transfer_Encoding is; gunicorn/valid/040 has the same bytes",
  },
  "gunicorn/invalid/041": {
    statuses: "200",
    because: "RFC 9110, 8.3: Content-Type is sometimes incorrectly generated multiple times, " +
      "resulting in a combined field value; recipients often attempt to handle this error",
  },
  "gunicorn/valid/005": { statuses: "400", because: FRAGMENT },
  "gunicorn/valid/009": { statuses: "400", because: FRAGMENT },
  "gunicorn/valid/027": {
    statuses: "400",
    because:
      "RFC 9112, 3.2: a request-target is a URI or a part of one, and RFC 3986, 2: these are " +
      "of ASCII alone",
  },
  "gunicorn/valid/099": { statuses: "400", because: LENGTH },
  "gunicorn/valid/rfc9112_target_absolute_userinfo_01": {
    statuses: "400",
    because: USER_INFORMATION,
  },
};
