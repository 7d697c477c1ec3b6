// Without an endpoint the client is AWS's: its hosts, its signature, and looking now and then instead of a stream.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cognitoIdentity, MemoryStorage, SyncClient } from "../src/index.js";

test("without an endpoint requests go to AWS, signed for its region, and changes are looked for", async () => {
  const asked = [];
  const keys = { AccessKeyId: "AK", SecretKey: "SK", SessionToken: "ST", Expiration: Date.now() / 1000 + 3600 };
  const listing = { Records: [{ Key: "a", Value: "1", SyncCount: 1 }], DatasetSyncCount: 1, DatasetExists: true, SyncSessionToken: "t" };
  const fetch = async (url, { method, headers }) => {
    asked.push({ url: new URL(url), method, headers });
    const identity = { IdentityId: "eu-west-1:me", Credentials: keys };
    return new Response(JSON.stringify(new URL(url).hostname.startsWith("cognito-identity") ? identity : listing));
  };
  const place = { region: "eu-west-1", identityPoolId: "eu-west-1:pool", fetch };
  const client = new SyncClient({ ...place, credentials: cognitoIdentity(place), storage: new MemoryStorage() });
  const states = [];
  client.addEventListener("state", (event) => states.push(event.detail.state));
  const changed = new Promise((resolve) => client.addEventListener("change", resolve));
  client.dataset("notes");
  client.start();
  assert.deepEqual((await changed).detail, { dataset: "notes", keys: ["a"], remote: true });
  client.stop();
  assert.deepEqual(states, ["polling", "stopped"]);
  const [getId, getCredentials, list] = asked;
  assert.equal(getId.url.origin, "https://cognito-identity.eu-west-1.amazonaws.com");
  assert.equal(getCredentials.headers["x-amz-target"], "AWSCognitoIdentityService.GetCredentialsForIdentity");
  assert.equal(list.url.origin, "https://cognito-sync.eu-west-1.amazonaws.com");
  assert.equal(list.url.pathname, "/identitypools/eu-west-1%3Apool/identities/eu-west-1%3Ame/datasets/notes/records");
  assert.match(list.headers.authorization, /^AWS4-HMAC-SHA256 Credential=AK\/\d{8}\/eu-west-1\/cognito-sync\/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, /);
  assert.equal(list.headers["x-amz-security-token"], "ST");
});
