import { SignUpUser } from '../../schemas/index.ts';
import { command } from '../backbone/http/command.ts';
import { signUpUser } from './sign-up-user.ts';

/** `POST /users` */
export const handler = command({ name: 'users-sign-up-user', on: SignUpUser.v1 }, signUpUser);
