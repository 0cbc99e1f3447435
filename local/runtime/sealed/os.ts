import os from 'node:os';

/** `os` as it looks in a Lambda sandbox: the operator's machine, home and name are not the function's business. */
export function contextOs(memoryMiB: number): object {
  const bytes = memoryMiB * 2 ** 20;
  return {
    EOL: '\n',
    constants: os.constants,
    devNull: '/dev/null',
    arch: () => 'x64',
    availableParallelism: () => 2,
    cpus: () => [],
    endianness: () => 'LE',
    freemem: () => bytes / 2,
    totalmem: () => bytes,
    homedir: () => '/home/sbx_user1051',
    hostname: () => '169.254.0.1',
    loadavg: () => [0, 0, 0],
    machine: () => 'x86_64',
    networkInterfaces: () => ({}),
    platform: () => 'linux',
    release: () => '5.10.0',
    tmpdir: () => '/tmp',
    type: () => 'Linux',
    uptime: () => 1,
    userInfo: () => ({ username: 'sbx_user1051', uid: 993, gid: 990, homedir: '/home/sbx_user1051', shell: null }),
    version: () => '#1 SMP',
  };
}
