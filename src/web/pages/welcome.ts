import { WelcomePage } from "../../../views/pages/welcome.tsx";
import { blankForm, type FormState } from "../../../views/parts/form.tsx";
import type { User } from "../../control/users.ts";
import { assetUrls } from "../assets/assets.ts";
import { farmOf } from "./farm.ts";
import { readForm, sentence } from "./form-body.ts";
import { htmlResponse, redirect, warningFor } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";

function userOf({ deps: { control } }: PageParts, token: string): User | null {
  const no = control.passwordLinks.userNoOf(token);
  const user = no === null ? null : control.users.byNo(no);
  return user === null ? null : control.users.byId(user.id);
}

type Shown = { token: string; form: FormState; status?: number };

function show(parts: PageParts, request: Request, { token, form, status }: Shown): Promise<Response> {
  const user = userOf(parts, token);
  const props = { farmName: farmOf(parts.deps.control).name, assets: assetUrls, form, token, email: user?.email ?? null, warning: warningFor(parts, request) };
  return htmlResponse(WelcomePage(props), user === null ? 404 : (status ?? 200));
}

/** Where somebody sets his own password, with the link that an owner gave him. */
export function welcomePage(parts: PageParts, request: Request): Promise<Response> {
  return show(parts, request, { token: new URL(request.url).searchParams.get("token") ?? "", form: blankForm });
}

/** Sets the password, which ends all sessions of his, and turns his second step off; the link is used up. He signs in with it as always. */
export async function welcomeForm(parts: PageParts, request: Request): Promise<Response> {
  const { control } = parts.deps;
  const { token = "", password = "" } = await readForm(request);
  const user = userOf(parts, token);
  if (user === null) return show(parts, request, { token, form: blankForm });
  const set = await control.users.setPassword(user.id, password);
  if (!set.ok) return show(parts, request, { token, form: { values: {}, errors: { password: sentence(set.rule) } }, status: 422 });
  control.transaction(() => {
    control.passwordLinks.remove(user.no);
    // An owner made the link because somebody got in no more: the phone may be gone too.
    control.secondFactors.disable(user);
  });
  return redirect("/login");
}
