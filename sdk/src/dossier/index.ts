/** Dossiers: evidence of all that belongs to a trade or a registration in one file, and the verdict on it. No I/O. */
export {
  decodeDossier,
  encodeDossier,
  looksLikeDossier,
  maxDossierBundles,
  maxDossierBytes,
  type Dossier,
  type DossierItem,
  type DossierKind,
  type DossierRole,
} from "./dossier.ts";
export {
  verifyDossier,
  type DossierAnswer,
  type DossierOptions,
  type DossierQuestion,
  type DossierVerdict,
  type ItemVerdict,
} from "./verify-dossier.ts";
