// SPDX-License-Identifier: Apache-2.0
#if MQTT
  import CMosquitto
  import Glibc

  /// What went wrong with a broker, in words.
  enum BrokerFailure {
    /// The codes of MQTT 3.1.1, section 3.2.2.3.
    static func refused(_ answer: Int32, _ broker: BrokerAddress) -> MQTTError {
      switch answer {
      case 4, 5:
        MQTTError(
          broker.user == nil
            ? "the broker \(broker) wants a user and a password: mqtt://USER:PASSWORD@\(broker.host)"
            : "the broker \(broker) does not accept user '\(broker.user ?? "")' with this password; "
              + "check both")
      case 3: MQTTError("the broker \(broker) is not available now; it will be tried again")
      default:
        MQTTError(
          "the broker \(broker) refuses: \(String(cString: mosquitto_connack_string(answer)))")
      }
    }

    static func lost(_ result: Int32, errno error: Int32, _ options: MQTTOptions) -> MQTTError {
      let broker = options.broker
      switch result {
      case MOSQ_ERR_EAI.rawValue:
        return MQTTError(
          "the broker's name '\(broker.host)' is unknown; check the name and the network")
      case MOSQ_ERR_TLS.rawValue, MOSQ_ERR_TLS_HANDSHAKE.rawValue:
        return MQTTError(
          "the broker \(broker) cannot be trusted: its certificate does not fit its name or "
            + "\(options.certificateAuthorityFile ?? "the system's authorities"); give the right CA file"
        )
      case MOSQ_ERR_ERRNO.rawValue where error != 0:
        return MQTTError(
          "the broker \(broker) cannot be reached (\(String(cString: strerror(error)))); check that "
            + "it runs and that the address is right")
      case MOSQ_ERR_CONN_LOST.rawValue, MOSQ_ERR_KEEPALIVE.rawValue, MOSQ_ERR_NO_CONN.rawValue,
        MOSQ_ERR_CONN_REFUSED.rawValue:
        return MQTTError("the connection to the broker \(broker) is lost; it will be tried again")
      default:
        return MQTTError(
          "the broker \(broker) cannot be used: \(String(cString: mosquitto_strerror(result)))")
      }
    }
  }
#endif
