/**
 * Stands in for `@aws-sdk/credential-provider-node` in the bundles of functions. Lambda hands a function its role's credentials in these variables, so that the chain's other
 * links (profiles, SSO, process, web identity, instance metadata, and the clients they need) are code that never runs: a quarter of a bundle.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function defaultProvider() {
  return async () => {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = process.env;
    if (!accessKeyId || !secretAccessKey)
      throw new Error('The environment has no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; Lambda sets them for a function');
    return { accessKeyId, secretAccessKey, sessionToken };
  };
}
