"""Adam in one pass over memory, and a learning rate that falls to 0."""

from collections.abc import Sequence
from typing import Any

from viewcache.ground.params.schema import Train
from viewcache.ground.quiet_tensorflow import keras, tf


class CosineToZero(keras.optimizers.schedules.CosineDecay):
    """Keras' cosine decay (Loshchilov and Hutter, "SGDR", 2017) over as many steps as are stated.

    They are stated before each training, and held in a variable: a graph is traced once for
    trainings of any length, and as a constant they would give other bits.
    """

    def __init__(self, initial_learning_rate: float) -> None:
        super().__init__(initial_learning_rate, decay_steps=1)
        self.decay_steps = tf.Variable(1.0, trainable=False)

    def get_config(self) -> dict[str, Any]:
        return {"initial_learning_rate": self.initial_learning_rate}


LearningRate = float | CosineToZero


def learning_rate_of(settings: Train) -> LearningRate:
    """The learning rate that `train.schedule` asks for."""
    cosine = settings.schedule == "cosine"
    return CosineToZero(settings.learning_rate) if cosine else settings.learning_rate


class FusedAdam(keras.optimizers.Adam):
    """Keras' Adam, its update done by TensorFlow's own kernel.

    The formula is the same; Keras writes it as a dozen operations, each of which goes through
    memory once, and on a head of a third of a million weights that traffic is most of a step.
    """

    def start_again(self, steps: int) -> None:
        """Forget what was seen, and make ready for a training of so many steps."""
        for variable in self.variables:
            if variable is not self._learning_rate:
                variable.assign(tf.zeros_like(variable.value))
        if isinstance(self._learning_rate, CosineToZero):
            self._learning_rate.decay_steps.assign(steps)

    def update_step(self, gradient: Any, variable: tf.Variable, learning_rate: Any) -> None:
        step = tf.cast(self.iterations.value + 1, tf.float32)
        index = self._get_variable_index(variable)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(self.beta_1, step),
            beta2_power=tf.pow(self.beta_2, step),
            lr=tf.cast(learning_rate, tf.float32),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )


class AdamOfTwoRates(FusedAdam):
    """Adam with another learning rate, and no weight decay, for some of the variables.

    As in discriminative fine-tuning (Howard and Ruder, "Universal Language Model Fine-tuning for
    Text Classification", 2018): layers that have learned a lot are to change little.

    Args:
        upper: These variables.
        upper_rate: Their learning rate at the first step; it falls as that of the others does.
    """

    def __init__(
        self,
        learning_rate: LearningRate,
        upper: Sequence[Any],
        upper_rate: float,
        weight_decay: float | None,
    ) -> None:
        super().__init__(learning_rate, weight_decay=weight_decay)
        if isinstance(learning_rate, CosineToZero):
            learning_rate = learning_rate.initial_learning_rate
        self._share = upper_rate / learning_rate
        self._upper = {self._var_key(one) for one in upper}
        if weight_decay:
            self.exclude_from_weight_decay(list(upper))

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        if self._var_key(variable) in self._upper:
            learning_rate = learning_rate * self._share
        super().update_step(gradient, variable, learning_rate)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"share": self._share}
