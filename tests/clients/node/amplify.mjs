// Amplify v6: a guest, then a person, each with identity-pool credentials used against S3.
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Amplify } from "aws-amplify";
import { confirmSignUp, fetchAuthSession, fetchUserAttributes, getCurrentUser, signIn, signOut, signUp } from "aws-amplify/auth";
import { codeFor, refusal, run, scenario } from "./scenario.mjs";

Amplify.configure({
  Auth: {
    Cognito: {
      userPoolId: scenario.poolId,
      userPoolClientId: scenario.clientId,
      userPoolEndpoint: scenario.endpoint,
      identityPoolId: scenario.identityPoolId,
      identityPoolEndpoint: scenario.endpoint,
      allowGuestAccess: true,
    },
  },
});

const bucket = (credentials) =>
  new S3Client({ endpoint: scenario.endpoint, region: scenario.region, forcePathStyle: true, credentials });
const put = (credentials, Key, Body) =>
  bucket(credentials).send(new PutObjectCommand({ Bucket: scenario.bucket, Key, Body }));
const get = async (credentials, Key) => {
  const answer = await bucket(credentials).send(new GetObjectCommand({ Bucket: scenario.bucket, Key }));
  return answer.Body.transformToString();
};

run(async () => {
  const guest = await fetchAuthSession();
  const guestReads = await get(guest.credentials, "public/welcome.txt");
  const guestIsRefused = await refusal(get(guest.credentials, `private/${guest.identityId}/note.txt`));

  const { username, password, email } = scenario;
  const signedUp = await signUp({ username, password, options: { userAttributes: { email } } });
  await confirmSignUp({ username, confirmationCode: await codeFor(email) });
  const signedIn = await signIn({ username, password });

  const session = await fetchAuthSession();
  const ownKey = `private/${session.identityId}/note.txt`;
  await put(session.credentials, ownKey, "mine");
  const readBack = await get(session.credentials, ownKey);
  const otherIsRefused = await refusal(put(session.credentials, `private/${scenario.otherIdentityId}/note.txt`, "x"));
  const refreshed = await fetchAuthSession({ forceRefresh: true });
  const person = await getCurrentUser();
  const attributes = await fetchUserAttributes();
  await signOut({ global: true });
  const after = await fetchAuthSession();
  return {
    guestIdentityId: guest.identityId,
    guestReads,
    guestIsRefused,
    signUpStep: signedUp.nextStep.signUpStep,
    signInStep: signedIn.nextStep.signInStep,
    identityId: session.identityId,
    refreshedIdentityId: refreshed.identityId,
    readBack,
    otherIsRefused,
    username: person.username,
    email: attributes.email,
    signedOut: after.tokens === undefined,
    accessKeyId: session.credentials.accessKeyId,
  };
});
