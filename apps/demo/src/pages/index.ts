import { element, startPage } from '../page/start.js';
import { definitions, number } from '../page/text.js';

void startPage(async (engine) => {
  const { info, cost, beta, identity, game } = await engine.compute('overview', {});
  definitions(element('cost'), [
    ['RNN', `${cost.rnn} FLOP`],
    ['Transformer', `${cost.transformer} FLOP`],
  ]);
  definitions(element('attention'), [['to copy one of 8 values up to 1 %', `beta ≥ ${number(beta, 6)}`]]);
  definitions(element('vae'), [
    ['the integral', `${number(identity.definition, 9)} nats`],
    ['reconstruction − KL', `${number(identity.terms, 9)} nats`],
  ]);
  element('table').textContent = game.table;
  definitions(element('gan'), [
    ['verdict', `${game.verdict}, period ${game.period}`],
    ['spectral radius', number(game.radius)],
    ['conserved', game.invariant],
  ]);
  definitions(element('engine'), [
    ['backend', `${info.name}: ${info.engine}`],
    ['SIMD', info.simd ? 'yes' : 'no'],
    ['relaxed SIMD', `${info.relaxedSimd ? 'yes' : 'no'}; ${info.relaxedSimdReason}`],
    ['threads', `${info.threads}; ${info.threadsReason}`],
  ]);
});
