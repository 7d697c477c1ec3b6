// amazon-cognito-identity-js: an authenticator app is set up and asked for; then the device is remembered and stands for it.
import cognito from "amazon-cognito-identity-js";
import { run, scenario } from "./scenario.mjs";
import { totp } from "./totp.mjs";

const pool = new cognito.CognitoUserPool({
  UserPoolId: scenario.poolId,
  ClientId: scenario.clientId,
  endpoint: scenario.endpoint,
});
const user = new cognito.CognitoUser({ Username: scenario.username, Pool: pool });

// Signs in; answers with the app's code where that is asked for, and says whether it was.
const signIn = (code) =>
  new Promise((resolve, reject) => {
    const details = new cognito.AuthenticationDetails({ Username: scenario.username, Password: scenario.password });
    let asked = false;
    const callbacks = {
      onSuccess: (session) => resolve({ asked, session }),
      onFailure: reject,
      totpRequired: (name) => {
        asked = true;
        user.sendMFACode(code(), callbacks, name);
      },
    };
    user.authenticateUser(details, callbacks);
  });

run(async () => {
  const first = await signIn();
  const secret = await new Promise((resolve, reject) =>
    user.associateSoftwareToken({ associateSecretCode: resolve, onFailure: reject }),
  );
  await new Promise((resolve, reject) =>
    user.verifySoftwareToken(totp(secret, -1), "phone", { onSuccess: resolve, onFailure: reject }),
  );
  await new Promise((resolve, reject) =>
    user.setUserMfaPreference(null, { PreferredMfa: true, Enabled: true }, (e, ok) => (e ? reject(e) : resolve(ok))),
  );
  const data = await new Promise((resolve, reject) => user.getUserData((e, ok) => (e ? reject(e) : resolve(ok))));
  const byDevice = await signIn();
  await new Promise((resolve, reject) => user.forgetDevice({ onSuccess: resolve, onFailure: reject }));
  user.clearCachedDeviceKeyAndPassword();
  const byCode = await signIn(() => totp(secret));
  return {
    askedFirst: first.asked,
    preferred: data.PreferredMfaSetting,
    askedOnRememberedDevice: byDevice.asked,
    askedElsewhere: byCode.asked,
    accessToken: byCode.session.getAccessToken().getJwtToken(),
  };
});
