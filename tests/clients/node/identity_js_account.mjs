// amazon-cognito-identity-js: a new password, one that is changed, one that is forgotten, attributes, a factor that is set up, the end.
import cognito from "amazon-cognito-identity-js";
import { codeFor, refusal, run, scenario } from "./scenario.mjs";
import { totp } from "./totp.mjs";

const pool = new cognito.CognitoUserPool({
  UserPoolId: scenario.poolId,
  ClientId: scenario.clientId,
  endpoint: scenario.endpoint,
});
const user = new cognito.CognitoUser({ Username: scenario.username, Pool: pool });
const called = (start) =>
  new Promise((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(result))));
const asked = (start) => new Promise((onSuccess, onFailure) => start({ onSuccess, onFailure }));
const attribute = (Name, Value) => new cognito.CognitoUserAttribute({ Name, Value });

// Signs in, through what is asked on the way; says what that was.
function signIn(Password, answers = {}) {
  return new Promise((resolve, reject) => {
    const steps = [];
    const step = (name) => (...given) => {
      steps.push(name);
      answers[name](callbacks, ...given);
    };
    const callbacks = {
      onSuccess: (session) => resolve({ session, steps }),
      onFailure: reject,
      newPasswordRequired: step("newPasswordRequired"),
      mfaSetup: step("mfaSetup"),
      associateSecretCode: step("associateSecretCode"),
      totpRequired: step("totpRequired"),
    };
    user.authenticateUser(new cognito.AuthenticationDetails({ Username: scenario.username, Password }), callbacks);
  });
}

run(async () => {
  const { temporary, password, email } = scenario;
  let secret;
  const invited = await signIn(temporary, {
    newPasswordRequired: (callbacks) => user.completeNewPasswordChallenge(password, { given_name: "Radia" }, callbacks),
    mfaSetup: (callbacks) => user.associateSoftwareToken(callbacks),
    associateSecretCode: (callbacks, code) => {
      secret = code;
      user.verifySoftwareToken(totp(secret, -1), "Node", callbacks);
    },
  });
  await called((done) => user.updateAttributes([attribute("family_name", "Perlman")], done));
  await new Promise((onSuccess, onFailure) =>
    user.getAttributeVerificationCode("email", { onSuccess, onFailure, inputVerificationCode: null }),
  );
  const code = await codeFor(email);
  await asked((callbacks) => user.verifyAttribute("email", code, callbacks));
  await called((done) => user.deleteAttributes(["given_name"], done));
  const attributes = await called((done) => user.getUserAttributes(done));
  const changed = await called((done) => user.changePassword(password, `${password}1`, done));
  const old = await refusal(called((done) => user.changePassword(password, `${password}2`, done)));
  await new Promise((resolve, onFailure) => user.forgotPassword({ onFailure, inputVerificationCode: resolve }));
  const wrong = await refusal(asked((callbacks) => user.confirmPassword("0", `${password}2`, callbacks)));
  const reset = await codeFor(email);
  await asked((callbacks) => user.confirmPassword(reset, `${password}2`, callbacks));
  const again = await signIn(`${password}2`, {
    totpRequired: (callbacks, name) => user.sendMFACode(totp(secret), callbacks, name),
  });
  const remembered = await called((done) => user.getSession(done));
  const deleted = await called((done) => user.deleteUser(done));
  return {
    invited: invited.steps,
    attributes: Object.fromEntries(attributes.map((each) => [each.getName(), each.getValue()])),
    changed,
    old,
    wrong,
    again: again.steps,
    remembered: remembered.isValid(),
    deleted,
    gone: await refusal(signIn(`${password}2`)),
  };
});
