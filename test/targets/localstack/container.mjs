import { GenericContainer, Wait } from 'testcontainers';

const PORT = 4566;
const DOCKER_SOCKET = '/var/run/docker.sock';

/** Starts LocalStack in a container; the rest of the suite needs no container library, and its types. See container.d.mts. */
export async function startContainer({ image, executor }) {
  const container = new GenericContainer(image)
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forLogMessage('Ready.'))
    .withStartupTimeout(120_000)
    .withEnvironment({ SQS_ENDPOINT_STRATEGY: 'path' });
  // Functions that run beside it, in the same container, find it at the address that queue URLs then carry; others run in containers that it starts itself.
  if (executor) container.withEnvironment({ LAMBDA_RUNTIME_EXECUTOR: executor, LOCALSTACK_HOST: `127.0.0.1:${PORT}` });
  else container.withBindMounts([{ source: DOCKER_SOCKET, target: DOCKER_SOCKET }]);
  const started = await container.start();
  return { endpoint: `http://${started.getHost()}:${started.getMappedPort(PORT)}`, stop: () => started.stop({ timeout: 15_000 }) };
}
