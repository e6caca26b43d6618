"""Adam in one pass over memory."""

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
