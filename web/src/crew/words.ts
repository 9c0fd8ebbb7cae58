import { dictionary } from '../i18n/dictionary';

export const words = dictionary(
  {
    orders: 'Bons d’intervention',
    none: 'Aucun bon à faire.',
    start: 'Commencer',
    complete: 'Terminé',
    already: 'Déjà réparé',
    ordered: 'Demandé',
    device: 'Appareil',
    noPlace: 'Lieu non précisé',
    lineLost: 'Liaison perdue : attendez son retour.',
    done: (what: string) => `Enregistré : ${what}`,
  },
  {
    orders: 'Work orders',
    none: 'No order to do.',
    start: 'Start',
    complete: 'Done',
    already: 'Already fixed',
    ordered: 'Ordered',
    device: 'Device',
    noPlace: 'Place not given',
    lineLost: 'Line lost: wait until it is back.',
    done: (what: string) => `Recorded: ${what}`,
  },
);
