import { GenericContainer, Wait } from 'testcontainers';

const PORT = 4566;

/** Starts LocalStack in a container; the rest of the suite needs no container library, and its types. See container.d.mts. */
export async function startContainer({ image, executor }) {
  const container = await new GenericContainer(image)
    .withExposedPorts(PORT)
    // Functions run beside it: the queue URLs in their environment must be where it listens in there.
    .withEnvironment({ SQS_ENDPOINT_STRATEGY: 'path', LOCALSTACK_HOST: `127.0.0.1:${PORT}`, ...(executor ? { LAMBDA_RUNTIME_EXECUTOR: executor } : {}) })
    .withWaitStrategy(Wait.forLogMessage('Ready.'))
    .withStartupTimeout(120_000)
    .start();
  return { endpoint: `http://${container.getHost()}:${container.getMappedPort(PORT)}`, stop: () => container.stop({ timeout: 15_000 }) };
}
