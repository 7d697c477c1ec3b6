// amazon-cognito-identity-js: sign up, confirm, sign in by SRP, read attributes, refresh, sign out.
import cognito from "amazon-cognito-identity-js";
import { codeFor, refusal, run, scenario } from "./scenario.mjs";

const pool = new cognito.CognitoUserPool({
  UserPoolId: scenario.poolId,
  ClientId: scenario.clientId,
  endpoint: scenario.endpoint,
});
const email = new cognito.CognitoUserAttribute({ Name: "email", Value: scenario.email });
const user = new cognito.CognitoUser({ Username: scenario.username, Pool: pool });

const called = (start) =>
  new Promise((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(result))));

const signIn = (password) =>
  new Promise((onSuccess, onFailure) => {
    const details = new cognito.AuthenticationDetails({ Username: scenario.username, Password: password });
    user.authenticateUser(details, { onSuccess, onFailure });
  });

run(async () => {
  const signUp = await called((done) => pool.signUp(scenario.username, scenario.password, [email], null, done));
  const unconfirmed = await refusal(signIn(scenario.password));
  const wrongCode = await refusal(called((done) => user.confirmRegistration("000000x", true, done)));
  const confirmed = await called(async (done) => user.confirmRegistration(await codeFor(scenario.email), true, done));
  const wrongPassword = await refusal(signIn(`${scenario.password}x`));
  const session = await signIn(scenario.password);
  const attributes = await called((done) => user.getUserAttributes(done));
  const refreshed = await called((done) => user.refreshSession(session.getRefreshToken(), done));
  await called((done) => user.globalSignOut({ onSuccess: (ok) => done(null, ok), onFailure: done }));
  return {
    signedUpAs: signUp.user.getUsername(),
    sub: signUp.userSub,
    unconfirmed,
    wrongCode,
    confirmed,
    wrongPassword,
    idTokenSub: session.getIdToken().payload.sub,
    attributes: Object.fromEntries(attributes.map((a) => [a.getName(), a.getValue()])),
    refreshedSub: refreshed.getIdToken().payload.sub,
    refreshedIsNew: refreshed.getIdToken().getJwtToken() !== session.getIdToken().getJwtToken(),
    accessToken: refreshed.getAccessToken().getJwtToken(),
  };
});
