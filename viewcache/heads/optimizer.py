"""Adam in one pass over memory."""

from collections.abc import Sequence
from typing import Any

from viewcache.ground.quiet_tensorflow import keras, tf


class FusedAdam(keras.optimizers.Adam):
    """Keras' Adam, its update done by TensorFlow's own kernel.

    The formula is the same; Keras writes it as a dozen operations, each of which goes through
    memory once, and on a head of a third of a million weights that traffic is most of a step.
    """

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


class TwoRates(FusedAdam):
    """Adam with another learning rate, and no weight decay, for some of the variables.

    As in discriminative fine-tuning (Howard and Ruder, "Universal Language Model Fine-tuning for
    Text Classification", 2018): layers that have learned a lot are to change little.

    Args:
        others: These variables.
        rate: Their learning rate.
    """

    def __init__(
        self, others: Sequence[Any], rate: float, learning_rate: float, weight_decay: float | None
    ) -> None:
        super().__init__(learning_rate, weight_decay=weight_decay)
        self._others, self._rate = {self._var_key(one) for one in others}, rate
        if weight_decay:
            self.exclude_from_weight_decay(list(others))

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        rate = self._rate if self._var_key(variable) in self._others else learning_rate
        super().update_step(gradient, variable, rate)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"rate": self._rate}
